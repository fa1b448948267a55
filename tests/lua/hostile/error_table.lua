-- error with a table.
-- when: live
-- expect-log: error value is a table

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    error({})
  end
end
