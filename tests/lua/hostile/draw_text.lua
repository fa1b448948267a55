-- A text of 10 MB.
-- when: live
-- expect-log: at most 2048 bytes expected

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    frame:text(("x"):rep(10000000), 0, 0)
  end
end
