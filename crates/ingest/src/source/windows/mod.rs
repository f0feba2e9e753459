//! Windows event logs: from any carrier to ECS, as Elastic's Winlogbeat modules map them.

mod record;

pub use record::WindowsRecord;
