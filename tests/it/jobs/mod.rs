//! What recurs without a request.

mod timetable;
