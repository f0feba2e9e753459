use super::Kubelet;
use crate::source::check::{access, claimed, datasets_of, samples};

#[test]
fn own_samples() {
    samples(&Kubelet);
}

#[test]
fn files_are_known() {
    claimed(&Kubelet, "kubelet", &[("input.klog-http.log", 0)]);
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &Kubelet,
        "kubelet.log",
        &[
            none,
            "kubelet success - - 203.0.113.50:44102",
            "kubelet success - - 2001:db8::7:44103",
            "kubelet failure - - 203.0.113.51:44104",
            "- - - - 10.0.2.15:60680",
            "kubelet success - - 203.0.113.52:51234",
            "- - - - 203.0.113.53:51235",
            "kubelet unknown - - 203.0.113.50:44110",
            none,
            none,
        ],
    );
    access(
        &Kubelet,
        "syslog.log",
        &[
            "kubelet success - - 203.0.113.60:44102",
            "- - - - 10.0.0.9:44102",
            "kubelet failure - - 203.0.113.61:44102",
            none,
            "kubernetes failure - - 203.0.113.62:59052",
            "kubelet failure - - 203.0.113.63:50000",
            "kubernetes attempt - - 10.0.0.9:50001",
        ],
    );
    access(
        &Kubelet,
        "json.json",
        &[
            "kubelet success - - 203.0.113.70:44102",
            "kubernetes success - - 203.0.113.71:44102",
        ],
    );
}

#[test]
fn other_lines_among_them() {
    let request = "I0105 08:00:00.100000       1 httplog.go:132] \"HTTP\" verb=\"GET\" URI=\"/pods\" srcIP=\"192.0.2.7:9\" resp=200";
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    let ours = "kubernetes.component_logs";
    assert_eq!(
        datasets_of(&format!("{request}\n{sshd}\nI0105 is no line\n{request}\n")),
        [ours, "system.auth", ours]
    );
    let planted = format!("Jan  5 08:00:00 web app[7]: said {request}\n");
    assert_eq!(datasets_of(&planted), ["system.auth"]);
}
