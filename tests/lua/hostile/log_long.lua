-- A line of 10 MB for the log.
-- when: live
-- expect-log: xxxxxxxx

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    print(("x"):rep(10000000))
  end
end
