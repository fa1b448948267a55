-- os.exit.
-- when: live
-- expect-log: field 'exit'

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    os.exit(1, true)
  end
end
