-- What the tests ask of Ardour, in its own language. `ardour.py` has this read once, at the start,
-- and then calls it by name. Positions are ticks, 1920 to a quarter note, from the beginning of the
-- session; tracks are called by their names. Whatever does not work is an error, with a text.
--
-- A request to the transport is carried out by the audio thread, a period or two later. So whoever
-- asks for something here waits, period by period, until it is so.

local BY_HAND = ARDOUR.TransportRequestSource.TRS_UI
local MIDI = ARDOUR.DataType("midi")
local REACHED_S = 10
local AT_ZERO = Temporal.timepos_t(0)

-- Run the chunk in a file, and print its result between control characters that nobody else prints.
function answer(number, path)
    local chunk, result = loadfile(path)
    local worked = false
    if chunk then
        worked, result = xpcall(chunk, debug.traceback)
    end
    print(string.format("\x1e%d %s\x02%s\x1f", number, worked and "well" or "ill", tostring(result)))
end

local function wait_for(what, seconds, is_so)
    local deadline_us = ARDOUR.LuaAPI.monotonic_time() + seconds * 1000000
    while not is_so() do
        if ARDOUR.LuaAPI.monotonic_time() > deadline_us then
            error("waited in vain until " .. what, 0)
        end
        ARDOUR.LuaAPI.wait_for_process_callback(1, 1000)
    end
end

local function route(name)
    local found = S:route_by_name(name)
    if found:isnil() then
        error("there is no track " .. name, 0)
    end
    return found
end

local function frames(ticks)
    return Temporal.timepos_t.from_ticks(ticks):samples()
end

local function regions(name)
    return route(name):to_track():playlist():region_list()
end

-- ------------------------------------------------------------------------------------- session

function start()
    if not AudioEngine:set_backend("JACK", "ardour", "") then
        error("Ardour finds no JACK server", 0)
    end
end

function create(folder, name, rate, tracks)
    S = create_session(folder, name, rate)
    if not S then
        error("Ardour creates no session", 0)
    end
    local one = ARDOUR.ChanCount(MIDI, 1)
    for _, track in ipairs(tracks) do
        S:new_midi_track(one, one, true, ARDOUR.PluginInfo(), nil, nil, 1, track,
            ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
    end
end

function open(folder, name)
    S = load_session(folder, name)
    if not S then
        error("Ardour opens no session", 0)
    end
    if S:engine():get_port_by_name("ardour:MIDI Clock out"):isnil() then
        error("another Ardour is on the JACK server", 0)
    end
end

-- Now and then a session comes up with its line to the JACK server cut, and then nothing moves.
function hears_jack()
    for _ = 1, 20 do
        if not ARDOUR.LuaAPI.wait_for_process_callback(1, 1000) then
            return false
        end
    end
    return true
end

function save()
    if S:save_state("", false, false, false, false, false) ~= 0 then
        error("Ardour does not save", 0)
    end
end

local function change_map(change)
    local map = Temporal.TempoMap.fetch_writable()
    change(map)
    Temporal.TempoMap.update(map)
end

function set_tempo(bpm)
    change_map(function(map) map:set_tempo(Temporal.Tempo(bpm, bpm, 4), AT_ZERO) end)
end

function set_metre(beats, unit)
    change_map(function(map) map:set_meter(Temporal.Meter(beats, unit), AT_ZERO) end)
end

-- --------------------------------------------------------------------------------------- notes

-- Put notes {channel, pitch, velocity, onset, length} on a track in place of all it has.
function write(name, notes)
    local playlist = route(name):to_track():playlist()
    local score
    for region in regions(name):iter() do
        if region:name() == SCORE then
            score = region
        else
            playlist:remove_region(region)
        end
    end
    local model = score:to_midiregion():model()
    local change = model:new_note_diff_command("write")
    for old in ARDOUR.LuaAPI.note_list(model):iter() do
        change:remove(old)
    end
    for _, note in ipairs(notes) do
        local channel, pitch, velocity, onset, length = table.unpack(note)
        change:add(ARDOUR.LuaAPI.new_noteptr(channel, Temporal.Beats(onset // 1920, onset % 1920),
            Temporal.Beats(length // 1920, length % 1920), pitch, velocity))
    end
    model:apply_command(S, change)
end

local function ticks(beats)
    local quarters, rest = beats:str():match("^(-?%d+):(%d+)$")
    return quarters * 1920 + rest
end

-- Return the notes of a track as lines of the same five numbers.
function notes(name)
    local lines = {}
    for region in regions(name):iter() do
        local start = region:start():ticks()
        local length = region:length():ticks()
        local move = region:position():ticks() - start
        for note in ARDOUR.LuaAPI.note_list(region:to_midiregion():model()):iter() do
            local onset = ticks(note:time())
            if start <= onset and onset < start + length then
                lines[#lines + 1] = string.format("%d %d %d %d %d", note:channel(), note:note(),
                    note:velocity(), onset + move, ticks(note:length()))
            end
        end
    end
    return table.concat(lines, "\n")
end

-- Wait until a recording lies on a track beside its score.
function wait_for_take(name)
    wait_for("a recording lies on " .. name, REACHED_S, function()
        return regions(name):size() > 1
    end)
end

local function enable(name, on)
    route(name):to_track():rec_enable_control():set_value(on and 1 or 0,
        PBD.GroupControlDisposition.NoGroup)
end

-- Ardour works out at a locate where what it records belongs. Armed after the last one, it puts all
-- notes 528 frames too early; so this one moves nothing.
function arm(name)
    enable(name, true)
    S:maybe_enable_record(true)
    wait_for("recording is enabled", REACHED_S, function() return S:record_status() ~= 0 end)
    S:request_locate(S:transport_sample(), true, ARDOUR.LocateTransportDisposition.MustStop, BY_HAND)
end

function disarm(name)
    enable(name, false)
end

-- ----------------------------------------------------------------------------------- transport

-- After a change of notes, tempo or place, a thread of Ardour's fills what is to be played anew. It
-- does not say when it is done, and who starts at once may miss the first note. It needs a few
-- milliseconds; this waits for some forty periods.
local function settle()
    for _ = 1, 20 do
        ARDOUR.LuaAPI.wait_for_process_callback(1, 1000)
    end
end

function play()
    settle()
    S:request_roll(BY_HAND)
    wait_for("the transport rolls", REACHED_S, function() return S:transport_rolling() end)
end

function wait_for_stop()
    wait_for("the transport stands", REACHED_S, function() return not S:transport_rolling() end)
end

function stop()
    S:request_stop(false, false, BY_HAND)
    wait_for_stop()
end

function locate(onset, rolling)
    local target = frames(onset)
    -- Where it rolls on, it is soon beyond; where it follows JACK, it stops three periods beyond.
    local beyond = rolling and S:nominal_sample_rate() or S:cfg():get_external_sync() and 1024 or 0
    local then_do = ARDOUR.LocateTransportDisposition
    S:request_locate(target, false, rolling and then_do.MustRoll or then_do.MustStop, BY_HAND)
    wait_for("the transport is there", REACHED_S, function()
        local at = S:transport_sample()
        return target <= at and at <= target + beyond and S:transport_rolling() == rolling
    end)
end

function loop(first_bar, bars)
    local meter = Temporal.TempoMap.read():meter_at(AT_ZERO)
    local bar = meter:divisions_per_bar() * 4 * 1920 // meter:note_value()
    local from = Temporal.timepos_t.from_ticks(bar * (first_bar - 1))
    local to = Temporal.timepos_t.from_ticks(bar * (first_bar - 1 + bars))
    if S:locations():auto_loop_location():set(from, to) ~= 0 then
        error("Ardour does not take this loop", 0)
    end
    settle()
    S:request_play_loop(true, true)
    wait_for("it loops", REACHED_S, function()
        local at = S:transport_sample()
        return S:get_play_loop() and S:transport_rolling() and from:samples() <= at
            and at < to:samples()
    end)
end

function wait_until(onset, seconds)
    wait_for("the transport is so far", seconds, function()
        return S:transport_sample() >= frames(onset)
    end)
end

function wait_before(onset, seconds)
    wait_for("the transport is back", seconds, function()
        return S:transport_sample() < frames(onset)
    end)
end

function position()
    return Temporal.timepos_t(S:transport_sample()):ticks()
end

-- Ardour goes where JACK's transport is; so both are brought back to where Ardour was.
function share_transport(on)
    local here = position()
    S:cfg():set_jack_time_master(on)
    S:cfg():set_external_sync(on)
    if on then
        settle()
        locate(here, false)
    end
end

-- ----------------------------------------------------------------------------- cables, plugins

function connect(source, target)
    if S:engine():connect(source, target) ~= 0 then
        error("Ardour does not connect " .. source .. " to " .. target, 0)
    end
end

function disconnect(source, target)
    if S:engine():disconnect(source, target) ~= 0 then
        error("Ardour does not disconnect " .. source .. " from " .. target, 0)
    end
end

function isolate(name)
    route(name):input():disconnect_all(nil)
    route(name):output():disconnect_all(nil)
end

local function each_plugin(name)
    local place = -1
    return function()
        place = place + 1
        local plugin = route(name):nth_plugin(place)
        return not plugin:isnil() and plugin or nil
    end
end

function insert_plugin(name, uri)
    local plugin = ARDOUR.LuaAPI.new_plugin(S, uri, ARDOUR.PluginType.LV2, "")
    if plugin:isnil() then
        error("there is no LV2 plugin " .. uri, 0)
    end
    if route(name):add_processor_by_index(plugin, 0, nil, true) ~= 0 then
        error("the plugin does not fit on " .. name, 0)
    end
end

function remove_plugins(name)
    local all = {}
    for plugin in each_plugin(name) do
        all[#all + 1] = plugin
    end
    for _, plugin in ipairs(all) do
        if route(name):remove_processor(plugin, nil, true) ~= 0 then
            error("the plugin does not leave " .. name, 0)
        end
    end
end

function plugins(name)
    local names = {}
    for plugin in each_plugin(name) do
        names[#names + 1] = plugin:name()
    end
    return table.concat(names, "\n")
end
