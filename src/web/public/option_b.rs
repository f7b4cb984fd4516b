//! What Optie B is, and its manual. The file itself is made on the converter's page (`web/option_b`).

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{self, Frame};

/// A column of the file for Numo.
struct Column {
    in_numo: &'static str,
    source: &'static str,
}

/// The columns as the manual has them, in its order.
const COLUMNS: [Column; 10] = [
    Column { in_numo: "gebruikersnaam", source: "Magister: Stamnr (leerlingnummer)" },
    Column { in_numo: "voornaam", source: "Magister: Roepnaam" },
    Column { in_numo: "tussenvoegsel", source: "Magister: Tussenv." },
    Column { in_numo: "achternaam", source: "Magister: Achternaam" },
    Column { in_numo: "klas", source: "Magister: Klas" },
    Column { in_numo: "opleiding", source: "Magister: Studie, omgezet naar de opleidingscode van Numo" },
    Column { in_numo: "e-mail", source: "Magister: E-mail" },
    Column { in_numo: "wachtwoord", source: "Komt erbij tijdens het omzetten" },
    Column { in_numo: "rol", source: "Komt erbij tijdens het omzetten: leerling" },
    Column {
        in_numo: "IDGebr",
        source: "Alleen voor Single Sign-on (SSO). Vraag een applicatiebeheerder van Magister om een bestand met de kolommen \
                 Stamnr en IDGebr.",
    },
];

/// What Optie B is.
#[derive(Template)]
#[template(path = "public/option_b.html")]
struct OptionBPage {
    frame: Frame,
    columns: [Column; 10],
}

/// Shows what Optie B is.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&OptionBPage { frame: visit.frame(&web), columns: COLUMNS })
}
