-- An endless loop below a hundred coroutines, each of which catches errors.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local f = function() while true do end end
    for _ = 1, 100 do
      local inner = f
      f = function() while true do pcall(coroutine.wrap(inner)) end end
    end
    f()
  end
end
