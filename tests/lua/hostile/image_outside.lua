-- An image outside of the folder.
-- when: live
-- expect-log: names are relative

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    image("../../../etc/passwd")
  end
end
