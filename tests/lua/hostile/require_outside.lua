-- require of a path that leads outside.
-- when: live
-- expect-log: names are letters, digits

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    require("../../etc/passwd")
  end
end
