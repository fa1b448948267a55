-- table.unpack of 2^31 values.
-- when: live
-- expect-log: too many results to unpack

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    table.unpack({}, 1, 1 << 31)
  end
end
