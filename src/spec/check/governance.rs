//! Keys of governance: who answers for the model, overlays, findings, frameworks.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::spec::near::hint;
use crate::spec::reader::Reader;
use crate::spec::{DataOrigin, Framework, Governance, Gravity, Overlay, StatedFinding};

pub(super) fn governance(top: &Reader<'_>) -> Result<Governance> {
    Ok(Governance {
        data_origin: top.choice_if("data_origin")?.map(origin),
        model_id: top.text_if("model_id")?,
        tier: top.text_if("tier")?,
        owner: top.text_if("owner")?,
        developer: top.text_if("developer")?,
        validator: top.text_if("validator")?,
        intended_use: top.text_if("intended_use")?,
        restrictions: top.texts("restrictions")?,
        next_review: top.day_if("next_review")?,
        recommendation: top.text_if("recommendation")?,
        frameworks: frameworks(top)?,
        overlays: overlays(top)?,
        findings: findings(top)?,
    })
}

fn origin(name: &str) -> DataOrigin {
    match name {
        "observed" => DataOrigin::Observed,
        "synthetic" => DataOrigin::Synthetic,
        "mixed" => DataOrigin::Mixed,
        other => unreachable!("the table of keys has no origin {other}"),
    }
}

/// One name or a list of names.
fn frameworks(top: &Reader<'_>) -> Result<Vec<Framework>> {
    let mut found = Vec::new();
    for (place, name) in top.one_or_more("framework")? {
        let Some(framework) = Framework::named(&name) else {
            return Err(top.refuse(&place, format!("is `{name}`, which is no framework that this program has a map of")).hint(hint(
                &name,
                "frameworks",
                &Framework::names(),
            )));
        };
        found.push(framework);
    }
    Ok(found)
}

fn overlays(top: &Reader<'_>) -> Result<Vec<Overlay>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for block in top.blocks("overlays")? {
        let block = block.plain()?;
        let overlay = Overlay {
            name: block.text("name")?,
            text: block.text("text")?,
            amount: block.text_if("amount")?,
            approved_by: block.text_if("approved_by")?,
            expires: block.day_if("expires")?,
        };
        if !seen.insert(overlay.name.clone()) {
            return Err(block.refuse("name", format!("is `{}`, as another overlay's is", overlay.name)).hint("give each overlay a name of its own"));
        }
        found.push(overlay);
    }
    Ok(found)
}

fn findings(top: &Reader<'_>) -> Result<Vec<StatedFinding>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for block in top.blocks("findings")? {
        let block = block.plain()?;
        let finding = StatedFinding {
            id: block.text("id")?,
            severity: match block.choice("severity")? {
                "high" => Gravity::High,
                "medium" => Gravity::Medium,
                "low" => Gravity::Low,
                other => unreachable!("the table of keys has no severity {other}"),
            },
            text: block.text("text")?,
            owner: block.text_if("owner")?,
            due: block.day_if("due")?,
            action: block.text_if("action")?,
            opened: block.day_if("opened")?,
            closed: block.day_if("closed")?,
        };
        if !seen.insert(finding.id.clone()) {
            return Err(block.refuse("id", format!("is `{}`, as another finding's is", finding.id)).hint("give each finding an id of its own"));
        }
        if let Some((opened, closed)) = finding.opened.zip(finding.closed).filter(|(opened, closed)| closed < opened) {
            return Err(block.refuse("closed", format!("must not be before `opened`, which is {opened}; was {closed}")));
        }
        found.push(finding);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::spec::parsed;

    const SPEC: &str = "title = \"t\"\nkind = \"market\"\nframework = [\"ss1_23\", \"mar32_33\"]\n[tables.a]\npath = \"a.parquet\"\ntime = \"day\"\n\
        [features]\nsql = [\"f.sql\"]\n[window]\nscheme = \"rolling\"\ntrain = \"1y\"\ntest = \"1mo\"\n\
        [[models]]\nname = \"b\"\nkind = \"baseline\"\nask = [\"mean\"]\n";

    #[test]
    fn what_is_left_out_is_empty_and_a_framework_may_be_one_name_or_several() {
        let spec = parsed(SPEC).expect("a spec");
        let titles: Vec<&str> = spec.governance.frameworks.iter().map(|framework| framework.title.as_str()).collect();
        assert_eq!(titles, ["SS1/23", "MAR32 and MAR33"]);
        assert!(spec.governance.owner.is_none() && spec.governance.findings.is_empty() && spec.governance.restrictions.is_empty());
        let one = parsed(&SPEC.replace("[\"ss1_23\", \"mar32_33\"]", "\"ecb\"")).expect("a spec");
        assert_eq!(one.governance.frameworks.len(), 1);
        let text = format!(
            "{SPEC}[[findings]]\nid = \"F-1\"\nseverity = \"low\"\ntext = \"x\"\ndue = \"2020-01-31\"\nopened = 2020-01-01\nclosed = 2020-01-01\n"
        );
        let finding = parsed(&text).expect("closed on the day it was opened").governance.findings.remove(0);
        assert_eq!((finding.due.map(|day| day.to_string()), finding.owner), (Some("2020-01-31".to_owned()), None));
    }
}
