//! Calls into Python from threads of the engine, none of which outlives the interpreter.

use std::sync::{PoisonError, RwLock};

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

/// Whether calls are let in. Each holds the lock for reading, so that who closes it waits for those under way.
static OPEN: RwLock<bool> = RwLock::new(true);

/// Calls with the interpreter's lock, which the caller must not hold; `None` if the interpreter is ending.
pub fn with_python<T>(call: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let open = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    open.then(|| Python::try_attach(call)).flatten()
}

/// Has calls under way end, and no others begin, before the interpreter does.
pub fn close_at_exit(py: Python<'_>) -> PyResult<()> {
    let close = |args: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
        args.py()
            .detach(|| *OPEN.write().unwrap_or_else(PoisonError::into_inner) = false);
    };
    let close = PyCFunction::new_closure(py, None, None, close)?;
    py.import("atexit")?.call_method1("register", (close,)).map(drop)
}
