test("tells the time of capture and how many watch", function(t)
  t.load("../../lua/examples/clock.lua")
  local first = 1577836800 -- what the first frame's time is
  for i = 0, 30 do
    local payload = t.process(t.frame(640, 360))
    t.equal(payload.clock, os.date("%Y-%m-%d %H:%M:%S", first + i // 25), "clock of frame " .. i)
    t.equal(payload.viewers, 0, "viewers")
  end
end)

test("draws a label to the left and the clock to the right", function(t)
  t.load("../../lua/examples/clock.lua")
  local frame = t.frame(640, 360, "white")
  t.process(frame)
  local box = math.floor(255 - 255 * 0x99 / 255 + 0.5) -- "#0009" on white
  t.pixel(frame, 14, 20, { box, box, box }, 1)
  t.pixel(frame, 625, 20, { box, box, box }, 1)
  t.pixel(frame, 320, 20, "white")
  t.pixel(frame, 320, 100, "white")
end)
