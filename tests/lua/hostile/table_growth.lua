-- A table that grows without end in one call.
-- when: live
-- expect-log: not enough memory|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    while true do t[#t + 1] = ("x"):rep(1000) .. #t end
  end
end
