-- Recursion without end by way of string.gsub's callbacks.
-- when: live
-- expect-log: C stack overflow

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local function f() return (("x"):gsub(".", f)) end
    f()
  end
end
