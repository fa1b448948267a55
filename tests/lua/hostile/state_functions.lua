-- A state of a million functions.
-- when: reload
-- expect-log: not handed over to the new version

function init(state)
  state.list = {}
  for i = 1, 1000000 do state.list[i] = print end
end

function process() end
