-- Left half red, right half blue, a white cross of lines through the middle.
local function scene(t)
  local frame = t.frame(400, 200, "red")
  frame:rectangle(200, 0, 200, 200, { fill = "blue" })
  frame:rectangle(196, 0, 8, 200, { fill = "white" })
  return frame
end

test("enlarges the middle and shows the whole in a corner", function(t)
  t.load("../../lua/examples/picture_in_picture.lua")
  local frame = scene(t)
  t.process(frame)

  -- The cross is 8 wide; enlarged to twice that it reaches from 192 to 208.
  t.pixel(frame, 193, 180, "white", 40)
  t.pixel(frame, 206, 180, "white", 40)
  t.pixel(frame, 180, 180, "red", 2)
  t.pixel(frame, 220, 180, "blue", 2)

  -- 100x50 at 12, 12 with a white edge; the part that is enlarged has an orange one.
  t.pixel(frame, 12, 12, "white")
  t.pixel(frame, 111, 61, "white")
  t.pixel(frame, 20, 55, "red", 2)
  t.pixel(frame, 100, 55, "blue", 2)
  t.pixel(frame, 62, 40, "white", 30)
  t.pixel(frame, 37, 40, "#ff8800")
  t.pixel(frame, 115, 30, "red", 2)
end)

test("changes nothing about the size", function(t)
  t.load("../../lua/examples/picture_in_picture.lua")
  for _, size in ipairs { { 400, 200 }, { 33, 17 }, { 641, 359 } } do
    local frame = t.frame(size[1], size[2])
    t.process(frame)
    t.equal({ frame.width, frame.height }, size)
  end
end)

test("shows the inset as large as it is set", function(t)
  t.load("../../lua/examples/picture_in_picture.lua")
  t.settings({ inset = 0.5, zoom = 1 })
  local frame = scene(t)
  t.process(frame)
  t.pixel(frame, 12 + 199, 12 + 99, "#ff8800") -- all of it is shown, so the frames coincide
  t.pixel(frame, 213, 113, "blue", 2)
end)
