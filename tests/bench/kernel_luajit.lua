-- The two kernels of kernel.lua as LuaJIT's FFI does them: CPU nanoseconds a pixel, one a line.
local ffi = require("ffi")
local width, height, times = 1280, 720, 60
local pixels = ffi.new("uint8_t[?]", width * height * 4)
for i = 0, width * height * 4 - 1 do
    pixels[i] = i * 7 % 256
end

local function invert()
    for i = 0, width * height * 4 - 1, 4 do
        pixels[i] = 255 - pixels[i]
        pixels[i + 1] = 255 - pixels[i + 1]
        pixels[i + 2] = 255 - pixels[i + 2]
    end
end

local function vignette()
    for y = 0, height - 1 do
        local dy = y / height - 0.5
        for x = 0, width - 1 do
            local dx, i = x / width - 0.5, (y * width + x) * 4
            local light = 1 - (dx * dx + dy * dy) * 1.4
            pixels[i] = pixels[i] * light + 0.5
            pixels[i + 1] = pixels[i + 1] * light + 0.5
            pixels[i + 2] = pixels[i + 2] * light + 0.5
        end
    end
end

for _, work in ipairs({ invert, vignette }) do
    for _ = 1, 5 do
        work() -- until it is compiled
    end
    local from = os.clock()
    for _ = 1, times do
        work()
    end
    print((os.clock() - from) * 1e9 / (times * width * height))
end
