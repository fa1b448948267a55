-- What the pipeline benchmark runs: a counter as payload, no pixel touched.
function process(frame, state)
  state.count = (state.count or 0) + 1
  return { count = state.count }
end
