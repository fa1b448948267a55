-- Every pixel differs from its neighbours: nothing of this may be left inside the mask.
local function scene(t)
  local frame = t.frame(200, 120)
  frame:map(function(_, _, _, x, y) return x * 97 % 256, y * 89 % 256, (x + y) * 53 % 256 end)
  return frame
end

test("hides the rectangle and nothing else", function(t)
  t.load("../../lua/examples/privacy_mask.lua")
  local before, frame = scene(t), scene(t)
  t.process(frame)
  local left, top, right, bottom = 70, 30, 130, 84 -- 0.35, 0.25, and 0.30, 0.45 from there
  for y = 0, 119 do
    for x = 0, 199 do
      if x < left or x >= right or y < top or y >= bottom then
        t.pixel(frame, x, y, { before:get(x, y) })
      else -- as the first pixel of its block
        t.pixel(frame, x, y, { frame:get(x - (x - left) % 24, y - (y - top) % 24) })
      end
    end
  end
end)

test("hides what the settings say, the whole picture if need be", function(t)
  t.load("../../lua/examples/privacy_mask.lua")
  t.settings({ x = 0, y = 0, width = 1, height = 1, block = 100 })
  local frame = scene(t)
  t.process(frame)
  for y = 0, 119 do
    for x = 0, 199 do
      t.pixel(frame, x, y, { frame:get(x - x % 100, y - y % 100) })
    end
  end
end)
