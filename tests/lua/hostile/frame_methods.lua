-- Methods of a frame on what is none.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for _, value in ipairs({ {}, "x", 5, print, json.null, coroutine.create(print) }) do
      assert(not pcall(frame.fill, value, "red"))
      assert(not pcall(frame.get, value, 0, 0))
      assert(not pcall(frame.apply, frame, value))
      assert(not pcall(frame.blit, frame, value, 0, 0))
    end
    frame.fill(nil)
  end
end
