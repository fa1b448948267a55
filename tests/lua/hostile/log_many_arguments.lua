-- print with 200,000 arguments.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    print(table.unpack({}, 1, 200000))
    error("done")
  end
end
