-- A payload that contains itself.
-- when: live
-- expect-log: contains itself

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    t.t = t
    return t
  end
end
