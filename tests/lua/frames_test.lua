-- What scripts see of the frames that tests make is what tests see of them.

-- For look_at; its process is not called here.
require("scripts.looks")

local function scene(t, w, h, seed)
  local frame = t.frame(w, h)
  frame:map(function(_, _, _, x, y)
    return (x * 97 + seed) % 256, (y * 89 + seed * 3) % 256, (x + y) * 53 % 256
  end)
  return frame
end

test("an untouched frame is measured and copied exactly, and stays as it is", function(t)
  for _, size in ipairs { { 32, 16 }, { 33, 17 }, { 641, 7 }, { 11, 200 } } do
    t.load("scripts/looks.lua")
    local before
    for seed = 1, 3 do
      local frame, same = scene(t, size[1], size[2], seed), scene(t, size[1], size[2], seed)
      t.equal(t.process(frame), look_at(same, before), "payload")
      for y = 0, size[2] - 1 do
        t.equal(frame:row(y), same:row(y), "row " .. y)
      end
      before = same
    end
  end
end)

test("a transparent image is a frame as it looks on black", function(t)
  t.load("../../lua/dummy.lua")
  local glass = t.frame(8, 8, "#ff800080")
  t.process(glass)
  t.pixel(glass, 4, 4, { 128, 64, 0 }, 1)
  local under = frame.new(8, 8, "white")
  under:blit(glass, 0, 0)
  t.pixel(under, 4, 4, { 128, 64, 0 }, 1) -- and nothing shines through
end)
