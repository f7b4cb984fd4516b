//! What messages promise, and how they travel.

use super::*;

#[test]
fn no_message_promises_a_mail_that_does_not_go() {
    let messages = [
        Flash::StuckReported,
        Flash::HandedOver,
        Flash::Issued,
        Flash::SentBack,
        Flash::Answered,
        Flash::PausedByKurve,
        Flash::JoinDeclined,
        Flash::ContactAdded,
    ];
    for flash in messages {
        for reach in [Reach::Some, Reach::Nobody, Reach::Held] {
            let said = flash.reaching(reach).sentence();

            for promise in ["krijgt bericht", "krijgt een mail", "per mail", "verstuurd. "] {
                assert!(!said.contains(promise), "{said}");
            }
        }
        assert_eq!(flash.reaching(Reach::Everyone).sentence(), flash.sentence());
    }
}

#[test]
fn what_was_said_reads_back_from_the_cookie_and_nothing_else_does() {
    let undo = Undo { connection: ConnectionId::from_uuid(uuid::Uuid::from_u128(9)), version: 12 };
    let undoable = Flash::Confirmed.undone_by(undo);
    assert!(undoable.sentence().contains("over 2 minuten") && undo.path().ends_with("/ongedaan-maken"));
    assert_eq!(FlashMessage::parse("confirmed.nergens.12"), Some(Flash::Confirmed.into()));
    for message in [Flash::Woken.into(), Flash::StepDone.about(Step::PasswordSet), Flash::StepDone.into(), undoable] {
        assert_eq!(FlashMessage::parse(&message.as_text()), Some(message));
        assert!(message.sentence().ends_with('.'));
    }
    assert_eq!(FlashMessage::parse("step_done.nergens"), Some(Flash::StepDone.into()));
    let promised = Flash::SentBack.about(Step::PasswordSet).reaching(Reach::Nobody);
    assert_eq!(FlashMessage::parse(&promised.as_text()), Some(promised));
    for strange in ["", "iets", ".password_set", "<b>.password_set"] {
        assert_eq!(FlashMessage::parse(strange), None);
    }
}
