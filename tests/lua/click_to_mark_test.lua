local function click(t, x, y, client) t.message({ type = "pointer", x = x, y = y }, client) end

test("marks what viewers click, in a colour of their own", function(t)
  t.load("../../lua/examples/click_to_mark.lua")
  click(t, 60, 40, 1)
  click(t, 200, 120, 2)
  local frame = t.frame(320, 180, "#202020")
  t.equal(t.process(frame), { marks = {
    { x = 60, y = 40, client = 1, color = "#ff5d5d" },
    { x = 200, y = 120, client = 2, color = "#4dc3ff" },
  } }, "payload")
  t.pixel(frame, 60, 40, "#ff5d5d")
  t.pixel(frame, 200, 120, "#4dc3ff")
  t.pixel(frame, 60 + 16, 40, "#ff5d5d", 8) -- the ring, 3 wide, radius 18
  t.pixel(frame, 60 + 10, 40, "#202020")
end)

test("fades marks and forgets them", function(t)
  t.load("../../lua/examples/click_to_mark.lua")
  click(t, 60, 40)
  t.advance(2)
  local frame = t.frame(320, 180, "black")
  t.equal(#t.process(frame).marks, 1, "marks after two seconds")
  t.pixel(frame, 60, 40, { 0x80, 0x2f, 0x2f }, 2) -- half of it
  t.pixel(frame, 60 + 25, 40, { 0x80, 0x2f, 0x2f }, 4) -- the ring has grown to 27
  t.advance(2.1)
  frame = t.frame(320, 180, "black")
  t.equal(t.process(frame), { marks = {} }, "payload after four seconds")
  t.pixel(frame, 60, 40, "black")
end)

test("takes all marks away when asked to", function(t)
  t.load("../../lua/examples/click_to_mark.lua")
  click(t, 1, 2)
  click(t, 3, 4)
  t.settings({ clear = true })
  t.equal(t.process(t.frame(32, 32)), { marks = {} }, "payload")
end)

test("keeps the newest hundred", function(t)
  t.load("../../lua/examples/click_to_mark.lua")
  for i = 1, 130 do click(t, i, 0) end
  local marks = t.process(t.frame(32, 32)).marks
  t.equal({ #marks, marks[1].x, marks[100].x }, { 100, 31, 130 })
end)

test("is not upset by messages of another kind", function(t)
  t.load("../../lua/examples/click_to_mark.lua")
  for _, message in ipairs { 5, "pointer", true, {}, { type = "pointer" }, { type = "pointer", x = "a", y = 1 },
    { type = "other", x = 1, y = 1 }, { 1, 2 } } do
    t.message(message)
  end
  t.equal(t.process(t.frame(32, 32)), { marks = {} }, "payload")
end)
