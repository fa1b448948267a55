-- An endless loop in on_settings.
-- when: live
-- patch: {"label":"x"}
-- expect-log: stopped after

settings = { label = { "" } }

function on_settings()
  while true do end
end

function process() end
