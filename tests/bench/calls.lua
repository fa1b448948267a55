-- Microseconds of the calls that draw nothing, for the tables in docs/SCRIPTING.md:
-- moonreel --headless --frames 1 --script tests/bench/calls.lua --jsonl - test:

local function us(times, work, rounds)
    local best = math.huge
    for _ = 1, rounds or 7 do
        local from = now()
        for _ = 1, times do
            work()
        end
        best = math.min(best, (now() - from) * 1e6 / times)
    end
    return best
end

local value = { kind = "car", box = { 10, 20, 30, 40 }, score = 0.75 }
local text = json.encode(value)

function process(frame)
    local handle = after(9, print)
    handle:cancel()
    require("script_noop") -- any file: what counts is the second time
    return {
        now = us(10000, now),
        encode = us(10000, function() json.encode(value) end),
        decode = us(10000, function() json.decode(text) end),
        object = us(10000, function() json.object {} end),
        after = us(500, function() after(9, print):cancel() end),
        every = us(500, function() every(9, print):cancel() end),
        broadcast = us(140, function() broadcast(value) end),
        cancel = us(10000, function() handle:cancel() end),
        require = us(10000, function() require("script_noop") end),
        log = us(30, function() log.error("a line") end, 3),
        log_off = us(10000, function() log.debug("not written at level info") end),
        lut = us(10, function() frame:lut(function(v) return 255 - v end) end),
        fill = us(20, function() frame:fill("#123456") end),
        polyline = us(200, function() frame:polyline({ { 10, 10 }, { 90, 60 }, { 200, 20 } }, { line_width = 2 }) end),
    }
end
