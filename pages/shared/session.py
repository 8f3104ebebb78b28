"""What lives in a visit besides the settings, and who writes and reads it.

A page is a pure function of its settings and of the address, so `st.session_state` is a cache: whatever is here may be
lost with its server. Of the whole visit:

    FRAME_IS_UP    written by frame.shell, read by it: whether the frame is being drawn around the page
    SHOWN          written and read by frame.shell: the page that this visit saw last
    JUST_OPENED    written by frame.shell, read by settings.panel: whether this page is another than that
    PRESENTING     written by frame.shell (for pages that cannot be presented) and by stage, read by lesson and
                   picture.timeline: whether the page is in presenter mode
    ADDRESS        written by settings.panel, read by frame.shell: the settings that have to stand in the address
    ELSEWHERE      written and read by teaching.gallery: the slide of another lesson that a button has asked for
    TALLY          written and read by teaching.predict: [right, asked]

Of one lesson, under the prefix of its settings (`Panel.key`): the widgets themselves; history (steps of Undo) and
refused (a value that a button could not give), both settings.panel; scenes and slide (teaching.gallery); answer
(teaching.predict); pinned (teaching.pins); switched (settings.common); text, cells, way and file (data.own).
"""

FRAME_IS_UP = "_frame_is_up"
SHOWN = "_shown"
JUST_OPENED = "_just_opened"
PRESENTING = "_presenting"
ADDRESS = "_address"
ELSEWHERE = "_slide_elsewhere"
TALLY = "_predictions"
