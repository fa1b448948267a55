-- A payload of 20 MB.
-- when: live
-- expect-log: longer than 1 MiB

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    return ("x"):rep(20000000)
  end
end
