-- Coroutines that resume coroutines without end.
-- when: live
-- expect-log: C stack overflow

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local function f() coroutine.wrap(f)() end
    local _, message = pcall(f)
    error(message:sub(-100))
  end
end
