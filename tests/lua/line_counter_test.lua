-- A dark thing of 24x80 pixels in front of a grey wall, its left edge at x.
local function scene(t, x)
  local frame = t.frame(320, 180, "#a0a0a0")
  if x then frame:rectangle(x, 50, 24, 80, { fill = "#202020" }) end
  return frame
end

test("counts what crosses the line, once each", function(t)
  t.load("../../lua/examples/line_counter.lua")
  t.equal(t.process(scene(t)), { count = 0, crossing = false }, "empty scene")
  for crossing = 1, 3 do
    for x = 60, 260, 8 do
      local payload = t.process(scene(t, x))
      t.equal(payload.crossing, x < 168 and x + 24 > 160, "crossing at " .. x)
      t.equal(payload.count, crossing - (x + 24 > 160 and 0 or 1), "count at " .. x)
    end
  end
  t.equal(t.state(), { count = 3, crossing = false }, "state")
end)

test("shows the line green, and red while something crosses it", function(t)
  t.load("../../lua/examples/line_counter.lua")
  local frame = scene(t)
  t.process(frame)
  t.pixel(frame, 160, 150, "#30ff60")
  frame = scene(t, 150)
  t.process(frame)
  t.pixel(frame, 160, 150, "#ff3030")
end)

test("counts at the line that is set", function(t)
  t.load("../../lua/examples/line_counter.lua")
  t.settings({ line = 0.25 })
  t.process(scene(t))
  t.equal(t.process(scene(t, 150)), { count = 0, crossing = false }, "elsewhere")
  t.equal(t.process(scene(t, 70)), { count = 1, crossing = true }, "on the line")
end)
