-- require of 300 modules.
-- when: live
-- expect-log: more than 256 files are asked for

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for i = 1, 300 do require("m" .. i) end
  end
end
