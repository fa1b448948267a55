-- What regions.py runs: CPU microseconds of blur and pixelate on the whole of 1280x720.

local function us(frame, times, work)
    work()
    local from = os.clock()
    for _ = 1, times do
        work()
    end
    return (os.clock() - from) * 1e6 / times
end

function process(frame)
    local w, h = frame.width, frame.height
    frame:set(0, 0, frame:get(0, 0))
    local result = {}
    for _, radius in ipairs { 2, 5, 15, 40 } do
        result["blur " .. radius] = us(frame, 10, function() frame:blur(0, 0, w, h, radius) end)
    end
    for _, block in ipairs { 4, 16, 40 } do
        result["pixelate " .. block] = us(frame, 20, function() frame:pixelate(0, 0, w, h, block) end)
    end
    return result
end
