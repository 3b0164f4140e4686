//! Plans: the solver against all whole numbers, schedules against all schedules, promises against fresh luck.

mod bundle;
mod command;
mod commerce;
mod documents;
mod program;
mod promise;
mod schedules;
