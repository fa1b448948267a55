-- Recursion without end by way of pcall.
-- when: live
-- expect-log: stack overflow|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local function f()
      local _, message = pcall(f)
      error(message:sub(-100), 0)
    end
    f()
  end
end
