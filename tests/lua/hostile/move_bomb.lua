-- table.move of 2^60 positions.
-- when: live
-- expect-log: stopped after
-- off: no
-- engine: no

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    table.move({}, 1, 1 << 60, 2)
  end
end
