-- A million lines for the log.
-- when: live
-- expect-log: lines of the script left out

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for i = 1, 1000000 do print(i) end
  end
end
