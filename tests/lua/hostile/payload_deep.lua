-- A payload nested 100,000 deep.
-- when: live
-- expect-log: nested

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    for _ = 1, 100000 do t = { t } end
    return t
  end
end
