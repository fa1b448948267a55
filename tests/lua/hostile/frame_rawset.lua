-- rawset on a frame.
-- when: live
-- expect-log: table expected

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    rawset(frame, "width", 1e9)
  end
end
