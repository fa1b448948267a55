-- What kernel.c runs: CPU nanoseconds a pixel of kernels, and of the same done with get and set.

local invert = kernel(function(p)
    return 255 - p.r, 255 - p.g, 255 - p.b
end)

local vignette = kernel(function(p)
    local dx, dy = p.x / p.width - 0.5, p.y / p.height - 0.5
    local light = 1 - (dx * dx + dy * dy) * 1.4
    return p.r * light, p.g * light, p.b * light
end)

local others = {
    { "vignette with parameter", kernel(function(p, u)
        local dx, dy = p.x / p.width - 0.5, p.y / p.height - 0.5
        local light = clamp(1 - sqrt(dx * dx + dy * dy) * u.strength, 0, 1)
        return p.r * light, p.g * light, p.b * light
    end), { strength = 0.9 } },
    { "gamma", kernel(function(p, u)
        return 255 * (p.r / 255) ^ u.gamma, 255 * (p.g / 255) ^ u.gamma, 255 * (p.b / 255) ^ u.gamma
    end), { gamma = 0.45 } },
    { "false colour", kernel(function(p)
        local v = (0.299 * p.r + 0.587 * p.g + 0.114 * p.b) / 255
        local channel = function(at) return 255 * clamp(1.5 - abs(4 * v - at), 0, 1) end
        return channel(3), channel(2), channel(1)
    end) },
    { "posterise", kernel(function(p)
        return p.r // 43 * 51, p.g // 43 * 51, p.b // 43 * 51
    end) },
    { "edges (8 neighbours)", kernel(function(p)
        local function v(x, y) local n = p:at(x, y) return n.r + n.g + n.b end
        local gx = v(1, -1) + 2 * v(1, 0) + v(1, 1) - v(-1, -1) - 2 * v(-1, 0) - v(-1, 1)
        local gy = v(-1, 1) + 2 * v(0, 1) + v(1, 1) - v(-1, -1) - 2 * v(0, -1) - v(1, -1)
        local edge = sqrt(gx * gx + gy * gy) / 6
        return edge, edge, edge
    end) },
    { "box blur 5x5", kernel(function(p)
        local r, g, b = 0, 0, 0
        for y = -2, 2 do
            for x = -2, 2 do
                local n = p:at(x, y)
                r, g, b = r + n.r, g + n.g, b + n.b
            end
        end
        return r / 25, g / 25, b / 25
    end) },
    { "threshold (double)", kernel(function(p)
        local v = select(lt(0.299 * p.r + 0.587 * p.g + 0.114 * p.b, 128), 0, 255)
        return v, v, v
    end) },
    { "plasma of time (double)", kernel(function(p)
        local v = sin(p.x / 40 + p.time) + sin(p.y / 30 + p.time) + sin((p.x + p.y) / 50 + p.time)
        return 128 + 42 * v, p.g, 128 - 42 * v
    end) },
    { "noise (double)", kernel(function(p)
        local v = sin(p.x * 12.9898 + p.y * 78.233) * 43758.5453 % 1 * 40 - 20
        return p.r + v, p.g + v, p.b + v
    end) },
}

local function ns_per_pixel(frame, times, work)
    local from = os.clock()
    for _ = 1, times do
        work()
    end
    return (os.clock() - from) * 1e9 / (times * frame.width * frame.height)
end

local function get_set(frame)
    for y = 0, frame.height - 1 do
        for x = 0, frame.width - 1 do
            local r, g, b = frame:get(x, y)
            frame:set(x, y, 255 - r, 255 - g, 255 - b)
        end
    end
end

function process(frame)
    frame:apply(invert)
    local result = {
        invert = ns_per_pixel(frame, 60, function() frame:apply(invert) end),
        vignette = ns_per_pixel(frame, 60, function() frame:apply(vignette) end),
        get_set = ns_per_pixel(frame, 1, function() get_set(frame) end),
    }
    local line = {}
    for _, other in ipairs(others) do
        local ns = ns_per_pixel(frame, 20, function() frame:apply(other[2], other[3]) end)
        line[#line + 1] = ("%s %.2f"):format(other[1], ns)
    end
    result.others = table.concat(line, ", ")
    local from = os.clock()
    for _ = 1, 100 do
        kernel(function(p)
            local dx, dy = p.x / p.width - 0.5, p.y / p.height - 0.5
            local light = 1 - (dx * dx + dy * dy) * 1.4
            return p.r * light, p.g * light, p.b * light
        end)
    end
    result.make_us = (os.clock() - from) * 1e4
    return result
end
