//! How an event of a type is summed up: who did it, to what, by which means, and which users it is about.

/// Where the parts of a summary come from: names of fields, the first that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Norm {
    /// Who did it; else `auid`.
    pub(super) actor: &'static [&'static str],
    /// As whom, or for whom; else `uid`.
    pub(super) second_actor: &'static [&'static str],
    /// To what.
    pub(super) object: &'static [&'static str],
    /// And more of that.
    pub(super) second_object: &'static [&'static str],
    /// What the object is.
    pub(super) what: &'static str,
    /// By which means; else the program.
    pub(super) how: &'static [&'static str],
    /// Is `addr` where somebody came from?
    pub(super) has_source: bool,
    /// Which of several paths is the object.
    pub(super) path: usize,
    /// Which users the event is about.
    pub(super) users: Users,
}

/// Which users an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Users {
    /// The owner of the process.
    Owner,
    /// Who did it is the user, as whom the effective one.
    Session,
    /// The same, with the object as the effective user.
    Login,
    /// The same as for a session, and the object is the user that was changed.
    Target,
    /// The same, and the object is the group.
    Group,
    /// The user that was changed is the second actor, the effective one the owner of the process.
    Changed,
    /// The same for a group.
    ChangedGroup,
}

/// Nothing but the defaults.
pub(super) const PLAIN: Norm = Norm {
    actor: &[],
    second_actor: &[],
    object: &[],
    second_object: &[],
    what: "",
    how: &[],
    has_source: false,
    path: 0,
    users: Users::Owner,
};

/// A session of a user.
pub(super) const SESSION: Norm = Norm {
    actor: &["auid"],
    second_actor: &["acct", "id", "uid"],
    object: &["terminal"],
    second_object: &["addr", "hostname"],
    what: "user-session",
    how: &["exe", "terminal"],
    users: Users::Session,
    ..PLAIN
};

/// A session, by whoever is at the address.
pub(super) const REMOTE_SESSION: Norm = Norm {
    has_source: true,
    ..SESSION
};

/// An account that is made or taken away.
pub(super) const ACCOUNT: Norm = Norm {
    object: &["id", "acct"],
    what: "account",
    users: Users::Target,
    ..PLAIN
};

/// The same of a group.
pub(super) const GROUP: Norm = Norm {
    users: Users::Group,
    ..ACCOUNT
};

/// An account that is changed by who is in a session.
pub(super) const CHANGED: Norm = Norm {
    users: Users::Changed,
    ..SESSION
};

/// An object that one field names.
pub(super) const fn object(what: &'static str, fields: &'static [&'static str]) -> Norm {
    Norm {
        object: fields,
        what,
        ..PLAIN
    }
}
