-- string.dump.
-- when: live
-- expect-log: field 'dump'

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    string.dump(process)
  end
end
