//! Plans: the solver against all whole numbers, schedules against all schedules, promises against fresh luck.

mod command;
mod program;
