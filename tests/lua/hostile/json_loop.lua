-- json.encode and decode without end.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do json.decode(json.encode({ { {} }, "x", 1.5 })) end
  end
end
