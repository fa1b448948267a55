-- Recursion without end.
-- when: live
-- expect-log: stack overflow|not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local function f() return 1 + f() end
    f()
  end
end
