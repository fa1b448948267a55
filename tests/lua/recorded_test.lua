-- What a script sees of a recording.

test("a frame has what it was recorded with", function(t)
  t.load("scripts/recorded.lua")
  local frame = t.frame(32, 16)
  t.equal(t.process(frame, { boxes = { 1, 2 }, name = "h\u{e9}" }),
    { there = true, recorded = { boxes = { 1, 2 }, name = "h\u{e9}" } })
  t.equal(t.process(frame), { there = false }, "without")
  t.equal(t.process(frame, "text"), { there = true, recorded = "text" })
end)

test("what is no JSON cannot have been recorded", function(t)
  t.load("scripts/recorded.lua")
  local ok, message = pcall(t.process, t.frame(32, 16), { print })
  t.equal(ok, false)
  t.equal(message:match("recorded%[1%]") ~= nil, true, message)
end)
