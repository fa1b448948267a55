test("says the frame's number and leaves the pixels alone", function(t)
  t.load("../../lua/dummy.lua")
  local frame = t.frame(64, 48, "#123456")
  t.equal(t.process(frame), { index = 0 }, "payload")
  local payload, sent = t.process(frame)
  t.equal(payload, { index = 1 }, "payload")
  t.equal(sent, { skip = false, quality = 80 })
  for y = 0, 47 do
    t.equal(frame:row(y), ("\x12\x34\x56"):rep(64), "row " .. y)
  end
end)
