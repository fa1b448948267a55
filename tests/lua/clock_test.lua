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

test("counts viewers and takes another label and format", function(t)
  t.load("../../lua/examples/clock.lua")
  local function label_pixels()
    local frame, lit = t.frame(640, 360), 0
    local payload = t.process(frame)
    frame:crop(0, 0, 320, 60):map(function(r) if r > 128 then lit = lit + 1 end end)
    return lit, payload
  end
  local before = label_pixels()
  t.join(1)
  t.join(2)
  t.leave(1)
  t.settings({ label = "A much longer label", format = "%H" })
  local after, payload = label_pixels()
  t.equal(payload, { viewers = 1, clock = os.date("%H", 1577836800) }, "payload")
  assert(after > before * 1.5, "the longer label has more letters")
end)
