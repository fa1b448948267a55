local function scene(t, x, wall)
  local frame = t.frame(480, 240, wall or "#606060") -- cells of 20x20
  if x then frame:rectangle(x, 100, 40, 40, { fill = "#f0f0f0" }) end
  return frame
end

test("boxes what moves and scores it", function(t)
  t.load("../../lua/examples/motion_meter.lua")
  t.equal(t.process(scene(t)), { score = 0, boxes = {} }, "nothing moves")
  local frame = scene(t, 200)
  t.equal(t.process(frame), {
    score = 0.01, -- 4 cells of 288
    boxes = {
      { x = 200, y = 100, w = 20, h = 20 }, { x = 220, y = 100, w = 20, h = 20 },
      { x = 200, y = 120, w = 20, h = 20 }, { x = 220, y = 120, w = 20, h = 20 },
    },
  }, "something moves")
  t.pixel(frame, 230, 130, { 0xf5, 0xcd, 0xa0 }, 1) -- a third of orange over the light grey
  t.pixel(frame, 250, 130, "#606060")
end)

test("does not take a change of light for motion", function(t)
  t.load("../../lua/examples/motion_meter.lua")
  t.process(scene(t))
  t.equal(t.process(scene(t, nil, "#909090")).score, 0, "score")
end)

test("uses the grid and the threshold that are set", function(t)
  t.load("../../lua/examples/motion_meter.lua")
  t.settings({ columns = 4, rows = 4, threshold = 2 })
  t.process(scene(t))
  t.equal(t.process(scene(t, 130)), { score = 0.12, boxes = { -- two of 16
    { x = 120, y = 60, w = 120, h = 60 }, { x = 120, y = 120, w = 120, h = 60 },
  } }, "payload")
end)
