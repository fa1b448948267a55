-- io.open.
-- when: live
-- expect-log: global 'io'

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    io.open("/etc/passwd")
  end
end
