-- A box of 40 pixels goes from the right to the left and back in eight seconds, 10 above the bottom.
local function is_box(r, g, b)
  return r > 200 and g > 100 and g < 170 and b < 60
end

local function box_left(frame)
  for x = 0, frame.width - 1 do
    if is_box(frame:get(x, 210)) then return x end
  end
end

test("counts the frames in its state", function(t)
  t.load("../../lua/process.lua")
  for i = 1, 3 do
    t.equal(t.process(t.frame(320, 240)), { count = i }, "payload")
  end
  t.equal(t.state(), { count = 3 }, "state")
end)

test("draws a label in the top left corner", function(t)
  t.load("../../lua/process.lua")
  local frame = t.frame(320, 240, "#808080")
  t.process(frame)
  local text = frame:crop(10, 10, 100, 24)
  local bright = 0
  text:map(function(r, g, b) if r > 220 and g > 220 and b > 220 then bright = bright + 1 end end)
  assert(bright > 100, "white letters: " .. bright)
  t.near(text:get(2, 12), 0x80 * 0x77 // 0xff, 2, "background")
  t.pixel(frame, 200, 20, "#808080")
end)

test("moves the box from right to left", function(t)
  t.load("../../lua/process.lua")
  local left
  for i = 0, 100 do
    local frame = t.frame(320, 240)
    t.process(frame)
    if i % 25 == 0 then
      left = box_left(frame)
      t.near(left, 280 - 280 * i / 100, 1, "left edge of the box, frame " .. i)
      t.pixel(frame, left + 20, 210, "black") -- an outline only
    end
  end
end)

test("draws the box in the colour that is set", function(t)
  t.load("../../lua/process.lua")
  t.settings({ color = "#00ff00", label = " " })
  local frame = t.frame(320, 240)
  t.process(frame)
  t.pixel(frame, 281, 210, "#00ff00", 2)
end)
