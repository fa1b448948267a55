-- A state of 40,000 tables, each new in every frame.
-- when: live
-- again: yes
-- expect-log: state is longer than 1 MiB|stopped after|not enough memory

function process(frame, state)
  state.list = {}
  for i = 1, 40000 do state.list[i] = { i } end
end
