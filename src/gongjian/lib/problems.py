"""From codes to sentences, once: problem+json for the API, a message or a 422 for pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import Label
from gongjian.kernel.playbook.problem import Problem
from gongjian.playbooks.problems import line

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Every code an action, a paper or a playbook may be refused with, and what to do about it.
SENTENCES: dict[str, str] = {
    "cell.error": noop(
        "The cell holds an error (%(given)s). Correct the formula in the workbook, or write the value here."
    ),
    "cell.no_value": noop(
        "The cell holds a formula that was never worked out. Open the workbook in Excel or WPS and save it, or write the value here."
    ),
    "cell.no_such_battle": noop(
        "No battle of this campaign is called “%(given)s”. Write its name as it stands in the campaign."
    ),
    "cell.title_missing": noop("The title must not be empty."),
    "field.not_a_share": noop("“%(given)s” is no progress. Write a number from 0 to 100."),
    "write.body_malformed": noop("The request does not hold rows with cells. Nothing was written."),
    "write.may_not_add": noop("Only the campaign office adds items here."),
    "write.may_not_edit": noop("Your role does not change this cell."),
    "write.no_such_item": noop(
        "“%(item)s” is none of the items of this register that you may see. Check the code, or leave it out to add a new item."
    ),
    "write.not_sound": noop(
        "%(n)s cells cannot be taken as they are. Nothing was written; correct them first."
    ),
    "write.not_typed": noop(
        "This column follows from steps, dates and reports and cannot be typed."
    ),
    "intake.broken": noop(
        "The job broke down; nothing was written. Let it run again; if it breaks again, tell the administrator."
    ),
    "intake.double": noop(
        "This row speaks of the same item as row %(row)s of the sheet “%(sheet)s”, or says the very same. Keep one of them."
    ),
    "intake.file_gone": noop(
        "The file “%(file)s” is no longer kept. Begin again with the workbook."
    ),
    "intake.foreign_item": noop(
        "%(item)s is an item of another register or campaign. Take the file in there, or empty the columns of ids and codes to add a new item here."
    ),
    "intake.moved": noop(
        "Nothing was written: the register has changed since you looked. Look at the preview again, then confirm it."
    ),
    "intake.no_file": noop("Choose at least one workbook (xlsx)."),
    "intake.no_right": noop("You no longer run this campaign, so nothing was written."),
    "intake.one_meaning": noop(
        "Two columns cannot both be “%(head)s”: columns %(columns)s. Choose another meaning for one, or do not take it."
    ),
    "intake.too_many_files": noop("At most %(limit)s files are taken at once. Give them in parts."),
    "intake.unknown_id": noop(
        "No item has the id in this row (%(item)s). Empty the cell to add a new item."
    ),
    "action.too_many_rows": noop(
        "This would change %(n)s rows at once; the limit is %(limit)s. Split it into parts."
    ),
    "bulk.dates_reversed": noop("It would end before it starts."),
    "bulk.no_date": noop("There is no date that could be moved."),
    "bulk.not_there": noop("It is not in this register, or not yours to see."),
    "burden.over_cap": noop(
        "%(n)s orgs would be asked for more than %(cap)s fields this week: %(orgs)s. Ask for less or later, or say why it must be now."
    ),
    "campaign.code_malformed": noop(
        "“%(campaign)s” cannot be a code: two to twelve capital letters and digits, a letter first."
    ),
    "campaign.code_taken": noop("The code %(campaign)s is taken. Choose another one."),
    "campaign.copy_too_large": noop(
        "The copy would have %(n)s rows; the limit is %(limit)s. Copy without responsibilities, or "
        "without items, and import these in parts."
    ),
    "campaign.name_taken": noop(
        "A campaign called “%(name)s” already runs in this period. Change the name or the period."
    ),
    "campaign.name_too_long": noop("The name has %(n)s characters; the limit is %(limit)s."),
    "campaign.period_reversed": noop(
        "The period ends (%(end)s) before it starts (%(start)s). Correct one of the dates."
    ),
    "cell.empty": noop("This cell must be filled (%(head)s)."),
    "cell.not_yes_no": noop("“%(given)s” is neither yes nor no. Write yes or no."),
    "commitment.speaker_missing": noop("Write which post spoke; no person's name."),
    "commitment.text_missing": noop("Write what was undertaken."),
    "commitment.too_long": noop(
        "The commitment has %(n)s characters; the limit is %(limit)s. Keep what can be checked."
    ),
    "csrf.failed": noop(
        "A write by a session needs its CSRF token (header X-CSRFToken); a token needs none."
    ),
    "decision.by_named": noop(
        "%(item)s is decided by the leading official it was asked of, or who acts for them."
    ),
    "decision.date_past": noop(
        "%(due)s cannot be the new deadline of %(item)s: it lies before today or before its start."
    ),
    "decision.item_over": noop("%(item)s is over: nothing is left to be decided about it."),
    "decision.no_question": noop("Write what is to be decided."),
    "decision.nobody": noop(
        "Nobody who holds the post “%(post)s”, or acts for it, can see this request. Choose another "
        "post, or ask the campaign office to let them in."
    ),
    "decision.not_held": noop("A new date may be given only to what waits for this decision."),
    "decision.not_here": noop(
        "No decision can be asked for from %(item)s: the playbook has no register of decisions for it."
    ),
    "decision.nothing_said": noop("Choose an option, or write or photograph what you decide."),
    "decision.option_elsewhere": noop(
        "This option belongs to another request. Load the page again."
    ),
    "decision.options_alike": noop("Two options say the same. Word them differently."),
    "decision.options_count": noop("Write %(least)s to %(most)s options."),
    "decision.post_missing": noop("Choose the leading official who is to decide."),
    "decision.taken": noop(
        "%(item)s was decided already on %(on)s by %(by)s: “%(decision)s”. Nothing was changed."
    ),
    "decision.wanted_past": noop("%(due)s has passed. Choose a day from today on."),
    "delivery.dropped": noop(
        "It was let go because it was answered, or the right to know was withdrawn; it is not sent."
    ),
    "delivery.under_way": noop("It is being sent this very moment. Wait a minute and look again."),
    "draft.confirmed_already": noop(
        "This draft was confirmed already; its campaign is %(campaign)s. Nothing was done again."
    ),
    "draft.head_missing": noop(
        "The campaign's name and period are needed before it can be created. Fill in: %(fields)s."
    ),
    "draft.no_campaign": noop(
        "No campaign was found in this paper: no named action, no battle, no task. "
        "You may fill the draft in by hand, or upload another paper."
    ),
    "draft.no_text": noop("The paper has no text. Check the file and upload it again."),
    "duties.back_dated": noop(
        "Duties cannot be moved from %(since)s: that day has passed. Choose %(today)s or later."
    ),
    "duties.days_differ": noop(
        "One sheet moves duties on one day: %(given)s stands here, %(first)s above. Split the "
        "sheet."
    ),
    "duties.led_otherwise": noop(
        "“%(item)s” is not led by %(post)s now. Look at the sheet as it stands and choose again."
    ),
    "duties.no_sheet": noop(
        "No sheet has the heads of a change of duties. Download the sheet as it stands and "
        "fill it in."
    ),
    "duties.nothing_moved": noop(
        "Nothing would move: choose for at least one duty to whom it goes."
    ),
    "duties.post_unclear": noop(
        "More than one post is called “%(given)s”. Write the org before it."
    ),
    "duties.post_unknown": noop(
        "No leading post is called “%(given)s”. Add the post first, or correct the title."
    ),
    "duties.reason_missing": noop("Say why the duties are moved."),
    "duties.unclear": noop(
        "More than one duty is called “%(given)s”. Write the code of the item, or name the "
        "former leader."
    ),
    "duties.unknown": noop("No battle and no item led singly is called “%(given)s”."),
    "duty.exists": noop("%(holder)s has this duty already."),
    "duty.no_such_role": noop("There is no such role. Choose one of the list."),
    "erase.not_confirmed": noop(
        "Type the code %(item)s exactly to confirm. Nothing was destroyed."
    ),
    "erase.nothing": noop("%(item)s has no personal fields that could be destroyed."),
    "field.computed": noop("This field is worked out from others and cannot be typed."),
    "field.no_conversion": noop("Values of this field cannot be carried over to its new type."),
    "field.no_such_choice": noop("“%(given)s” is none of the choices: %(allowed)s."),
    "field.no_such_org": noop(
        "No org or post is called “%(given)s”. Write the name as it stands in the org tree."
    ),
    "field.no_such_person": noop(
        "Nobody here is called “%(given)s”. Write the name or the user name."
    ),
    "field.not_a_date": noop("“%(given)s” is no date. Write it like 2026-09-30."),
    "field.not_a_link": noop("“%(given)s” is neither a web address nor a document number."),
    "field.not_a_number": noop("“%(given)s” is no number (unit: %(unit)s)."),
    "field.several_so_named": noop(
        "More than one is called “%(given)s”. Write the full name or the code."
    ),
    "field.too_long": noop("The text has %(n)s characters; the limit is %(limit)s."),
    "export.no_right": noop("You may no longer read this register, so the file was not written."),
    "export.too_many": noop(
        "You have %(limit)s files of this register already. Remove some of them first."
    ),
    "file.empty": noop("The file is empty. Choose another one."),
    "file.missing": noop("Choose a file first."),
    "file.scan_refused": noop(
        "The virus scanner refuses “%(name)s”. It was not kept; check it on your own computer."
    ),
    "file.scan_silent": noop(
        "The virus scanner does not answer, so “%(name)s” was not kept. Try again later, or tell the "
        "administrator."
    ),
    "file.too_large": noop(
        "The file has %(size)s bytes; the limit is %(limit)s. Make it smaller, or keep a link to it."
    ),
    "file.type_refused": noop(
        "“%(name)s” is of a kind that is not kept here, or its name ends otherwise than what it "
        "holds. Kept are: %(allowed)s."
    ),
    "filter.no_bounds": noop(
        "“%(label)s” has no more or less: write it with a colon, for instance %(label)s:…"
    ),
    "filter.no_such_label": noop(
        "Nothing here is called “%(label)s”. Is “%(nearest)s” meant? A text that holds a colon or "
        "another sign stands in quotes."
    ),
    "filter.no_such_value": noop("“%(label)s” cannot be “%(given)s”. It is one of: %(known)s."),
    "filter.no_value": noop("Say what “%(label)s” should be."),
    "filter.one_bound": noop("“%(label)s” takes one value at each end."),
    "filter.said_twice": noop(
        "“%(label)s” is asked for twice. Join the values by 、 or leave one out."
    ),
    "filter.strict": noop(
        "Before or after “%(given)s” cannot be worked out for “%(label)s”. Write a full date or a "
        "plain number, or use <= and >=."
    ),
    "filter.unknown_label": noop(
        "Nothing here is called “%(label)s”. There are: %(known)s. A text that holds a colon or "
        "another sign stands in quotes."
    ),
    "grant.ends_before": noop("The last day (%(until)s) has passed; today is %(day)s."),
    "grant.held_already": noop("%(person)s was let in to this item already."),
    "grant.no_item": noop("Name the account and the item."),
    "group.before_joining": noop(
        "The org joined the group on %(since)s; the last day cannot be before that."
    ),
    "group.member_already": noop("%(org)s is in the group %(group)s already."),
    "handover.note_missing": noop(
        "Write what is handed over: whoever takes the items reads it in their history."
    ),
    "handover.nothing_chosen": noop("Choose at least one open item."),
    "form.encrypted": noop(
        "This workbook is locked with a password. Save it without one, then drop it again."
    ),
    "form.macros": noop(
        "This workbook holds macros, which are not run here. Save it as plain xlsx, then drop it again."
    ),
    "form.not_xlsx": noop(
        "This is no xlsx workbook. Open it, save it as xlsx, then drop it again."
    ),
    "form.old_format": noop(
        "This is a workbook of the old kind (xls). Save it as xlsx, then drop it again."
    ),
    "form.vast": noop(
        "A sheet of this workbook takes more than %(limit)s MB though it is a form. Delete its empty "
        "rows, save it, then drop it again."
    ),
    "hook.name_missing": noop("Say what receives at this address."),
    "hook.removed": noop("The address “%(name)s” was removed. Register it anew."),
    "hook.too_many": noop(
        "A campaign tells at most %(limit)s addresses. Remove one that is not used any more."
    ),
    "hook.url_malformed": noop(
        "“%(url)s” is no address that can be sent to. Write it like https://office.example/notices, without a name or password in it."
    ),
    "hook.url_taken": noop("The address %(url)s is registered already."),
    "inquiry.asked_twice": noop("The same thing is asked twice: %(things)s. Ask it once."),
    "inquiry.blank": noop("Answer this, or say in the note why it cannot be answered."),
    "inquiry.chased_lately": noop(
        "All %(n)s orgs that are missing were reminded within the hour. Wait a little."
    ),
    "inquiry.choices_missing": noop(
        "“%(thing)s” is to be chosen from a list: give two to %(limit)s choices, joined by 、."
    ),
    "inquiry.closed": noop("The question “%(title)s” is closed. Ask the office to ask it again."),
    "inquiry.due_past": noop(
        "The day %(due)s has passed (today is %(today)s). Choose a later one."
    ),
    "inquiry.known": noop(
        "The book knows this already: %(things)s. Use what is there, or say why it is asked again."
    ),
    "inquiry.label_missing": noop("Say what is asked in each line that has a unit or choices."),
    "inquiry.nobody_to_ask": noop(
        "Nobody would be asked. Choose a group, orgs, or an org above them."
    ),
    "inquiry.nothing_asked": noop("Say what is asked: at least one thing."),
    "inquiry.other": noop("This answer belongs to another question. Load the page again."),
    "inquiry.title_missing": noop("Write the question."),
    "inquiry.too_many_orgs": noop(
        "%(n)s orgs are more than one question can ask (%(limit)s). Ask a smaller group."
    ),
    "inquiry.too_much": noop(
        "One question asks at most %(limit)s things; these are %(n)s. More than that is a register."
    ),
    "inquiry.why_withdrawn": noop("Say why the question is withdrawn."),
    "inquiry.withdrawn": noop("The question “%(title)s” was withdrawn; nothing is to be answered."),
    "idempotency.other_body": noop(
        "The key %(key)s was used for another request. Give each request a key of its own."
    ),
    "item.dates_reversed": noop("The start (%(start)s) is after the deadline (%(end)s)."),
    "item.field_required": noop("These fields must not be empty in the present state: %(fields)s."),
    "item.key_destroyed": noop(
        "The personal fields of %(item)s were erased; none can be written again."
    ),
    "item.not_editable": noop("These fields cannot be changed here: %(fields)s."),
    "item.too_deep": noop("Items nest no deeper than %(limit)s levels."),
    "item.unknown": noop("There is no item with the code %(given)s, or not for you."),
    "item.wrong_parent": noop("An item of this register cannot stand below %(item)s."),
    "join.empty": noop("Write what the parts say together, or fill in a figure."),
    "join.late": noop(
        "These parts came in or changed since you looked: %(orgs)s. Look at them, then join once more."
    ),
    "join.missing": noop(
        "%(n)s parts are missing: %(orgs)s. Remind them, or tick that you join without them."
    ),
    "launch.agenda_missing": noop("Fill in the day and the main venue of the launch."),
    "launch.counts_differ": noop(
        "The paper announces other numbers than are there (announced / found): %(counts)s. Say what "
        "counts, or waive it by name."
    ),
    "launch.incomplete": noop(
        "Only %(n)s of %(all)s items are complete. Still lacking something: %(items)s. Complete them, "
        "or waive what they lack by name."
    ),
    "launch.no_such_count": noop("“%(what)s” cannot be counted like that. Choose from the list."),
    "launch.nothing_chosen": noop("Tick at least one row; nothing was changed."),
    "launch.nothing_waits": noop("Everything was issued already; nothing waits."),
    "launch.reason_missing": noop("Say why you answer for it."),
    "link.exists": noop("This link to %(item)s is there already."),
    "link.has_source": noop(
        "%(item)s has a link of this kind (%(link)s) already, and may have only one. Remove that first."
    ),
    "link.has_target": noop(
        "%(item)s has a link of this kind (%(link)s) already, and may have only one. Remove that first."
    ),
    "link.no_such_item": noop("There is no item %(item)s, or not for you. Check the code."),
    "link.no_such_kind": noop("The playbook declares no such link. Choose one of the list."),
    "link.not_yours": noop("The link belongs to %(item)s, which is not yours to change."),
    "link.to_itself": noop("%(item)s cannot be linked with itself."),
    "link.wrong_register": noop("A link “%(link)s” does not go with the register of %(item)s."),
    "listing.at_home": noop("%(item)s is at home in this register; it need not be listed there."),
    "listing.exists": noop("%(item)s is listed in this register already."),
    "listing.number_missing": noop("A listing needs a number."),
    "listing.number_taken": noop("The number %(number)s is taken in this register."),
    "mandate.accepted_already": noop(
        "This mandate was accepted already: %(who)s, %(at)s. Nothing is left to do."
    ),
    "mandate.already": noop(
        "%(name)s has a mandate already. Re-issue it if its goals or items have changed."
    ),
    "mandate.altered": noop(
        "What this mandate holds is no longer what was issued. Nothing was accepted; tell the campaign office."
    ),
    "mandate.answer_missing": noop(
        "Nothing of the mandate of %(name)s has changed. Answer the objection in the note."
    ),
    "mandate.day_missing": noop("Choose the day on the paper."),
    "mandate.day_wrong": noop(
        "It cannot have been signed on %(day)s: it was issued on %(issued)s, and today is %(today)s."
    ),
    "mandate.due_past": noop(
        "The day %(due)s has passed (today is %(today)s). Choose a later one."
    ),
    "mandate.empty": noop(
        "%(name)s has neither a goal nor an item, so there is nothing to accept. Add some, or leave it out."
    ),
    "mandate.moved": noop(
        "Nothing was issued: goals or items have changed since you looked. Look again, then issue."
    ),
    "mandate.name_missing": noop("Write the name of who signs."),
    "mandate.no_leader": noop(
        "Nobody leads the battle %(name)s. Name a leading official under “Leaders' duties” first."
    ),
    "mandate.nobody": noop("Tick at least one mandate or receiver; nothing was changed."),
    "mandate.nothing_changed": noop(
        "Nothing of the mandate of %(name)s has changed. Write a note if it is to be issued again all the same."
    ),
    "mandate.objected_already": noop(
        "An objection is with the campaign office already: %(text)s. Wait for the next edition, or speak to the office."
    ),
    "mandate.objection_missing": noop("Write what you object to."),
    "mandate.other_edition": noop(
        "Nothing was accepted: this is not the text that you had before you. Read it again, then accept."
    ),
    "mandate.superseded": noop(
        "Nothing was changed: edition %(n)s was replaced by a newer one. Open the newer edition and accept that."
    ),
    "mandate.too_many": noop(
        "This would issue %(n)s mandates at once; the limit is %(limit)s. Issue them in parts."
    ),
    "mandate.why_withdrawn": noop("Say why the mandate is withdrawn."),
    "mandate.withdrawn": noop(
        "Nothing was changed: the mandate was withdrawn (%(reason)s). Ask the campaign office if it should stand."
    ),
    "obstacle.due_past": noop("%(due)s has passed. Choose a day from today on."),
    "obstacle.item_over": noop("%(item)s is over: nothing holds it up any more."),
    "obstacle.not_here": noop(
        "The playbook knows no obstacles for the register of %(item)s. Write it as a problem in the "
        "report."
    ),
    "obstacle.nothing_said": noop("Write what is stuck."),
    "obstacle.own_org": noop(
        "%(org)s answers for the item itself. Name the org that can clear the obstacle; what your "
        "own org can clear belongs in your report."
    ),
    "org.ambiguous": noop("More than one org is called “%(given)s”. Write its code."),
    "org.back_dated": noop(
        "A re-organisation counts from the day it is entered and cannot be dated back to %(day)s."
    ),
    "org.duplicate": noop("“%(given)s” stands in row %(row)s already. Keep one of the two."),
    "org.ended": noop(
        "%(given)s ended on %(until)s (went into: %(successor)s). Name the org that lives."
    ),
    "org.into_itself": noop("%(org)s cannot be merged into itself. Choose another org."),
    "org.loop": noop(
        "The orgs stand above each other in a circle: %(path)s. Correct one of the parents."
    ),
    "org.name_taken": noop(
        "An org called “%(given)s” is there already with the code %(other)s. Use that code, or "
        "another name."
    ),
    "org.name_used": noop("An org called “%(given)s” is there already. Choose another name."),
    "org.parent_after_child": noop("The org above %(org)s must stand before it."),
    "org.parent_unknown": noop(
        "The parent “%(given)s” is neither in this workbook nor among the orgs that are there."
    ),
    "org.under_itself": noop("%(org)s cannot be put under %(parent)s, which lies below it."),
    "org.unknown": noop(
        "There is no org called “%(given)s”. Correct the name, or add the org first."
    ),
    "organisation.faults": noop("%(n)s cells must be corrected first; nothing was written."),
    "organisation.nothing_new": noop(
        "Everything in this workbook is there already; there is nothing to import."
    ),
    "paper.broken": noop("The file is damaged and cannot be opened. Save it again and retry."),
    "paper.empty": noop("The file is empty. Choose the file that holds the paper."),
    "paper.too_large": noop(
        "The file has %(size)s bytes; the limit is %(limit)s. Split it, or ask the administrator "
        "to raise the limit."
    ),
    "paper.unknown_kind": noop("This kind of file cannot be read. Upload txt, html or docx."),
    "paper.xml_entities": noop(
        "The file declares XML entities, which are refused for safety. Save it again from the "
        "word processor."
    ),
    "paper.zip_bomb": noop(
        "The file unpacks to far more than its size, which is refused for safety."
    ),
    "person.leaves_later": noop(
        "%(day)s has not come yet. Enter on the last day, or after it, that a person leaves."
    ),
    "person.login_malformed": noop("The user name “%(given)s” must not have spaces in it."),
    "person.login_missing": noop("The user name is missing. Give each person one of their own."),
    "person.login_taken": noop(
        "The user name “%(given)s” belongs to %(name)s already. Give another one."
    ),
    "person.login_twice": noop(
        "Two people have the user name “%(given)s”: the other one stands in row %(row)s."
    ),
    "person.login_used": noop(
        "The user name “%(given)s” is taken. Choose another one, or set its password instead."
    ),
    "person.name_missing": noop("“%(given)s” is a new account: give its name as well."),
    "person.no_part": noop(
        "Neither post nor role is given: nothing would tie this person to the org."
    ),
    "person.org_missing": noop("The org of this person is missing."),
    "person.org_unknown": noop(
        "The org of this person, “%(given)s”, is neither in this workbook nor among the orgs "
        "that are there."
    ),
    "person.post_elsewhere": noop(
        "%(org)s has no post “%(given)s”; %(orgs)s has. Correct the org, or add the post to "
        "the sheet of posts."
    ),
    "person.post_unknown": noop(
        "%(org)s has no post “%(given)s”. Add it to the sheet of posts, or correct the title."
    ),
    "person.role_unknown": noop("There is no role “%(given)s”. Choose one of: %(allowed)s."),
    "person.unknown": noop(
        "Nobody signs in as “%(given)s”. Check the user name, or import the person first."
    ),
    "person.yourself": noop("Nobody lets themselves go. Ask a colleague of the office."),
    "playbook.access_class_holds": noop(
        "“%(where)s” holds rows, so how closely it is kept cannot change. Make a new register for it."
    ),
    "playbook.adoption_running": noop(
        "Another change of this playbook is still rewriting rows. Wait until it is done."
    ),
    "playbook.hidden_unfit": noop(
        "%(n)s rows still hold an older, hidden value under the key of “%(where)s” that the new field "
        "cannot hold, for instance %(examples)s. Give the field another key."
    ),
    "playbook.invalid": noop("The playbook is not sound: %(problems)s."),
    "playbook.link_in_use": noop(
        "%(n)s links are of the kind “%(where)s”. Remove them first, or keep the kind."
    ),
    "playbook.map_refused": noop(
        "The state “%(where)s” cannot become the one chosen: a change of the playbook neither issues "
        "items nor closes them. Choose another one."
    ),
    "playbook.moved": noop(
        "Somebody else has changed the playbook in the meantime; it is version %(n)s now. Open it "
        "again and make your change there."
    ),
    "playbook.no_state_for": noop(
        "%(n)s items are in the state “%(where)s”, and the new workflow has no state that could take "
        "its place. Keep the state, or add one like it."
    ),
    "playbook.not_agreed": noop(
        "Rows hold what this change hides. Tick what you agree to: %(names)s."
    ),
    "playbook.not_latest": noop(
        "Only the latest change can be undone, and only once it is done. Version %(n)s is in force."
    ),
    "playbook.personal_holds": noop(
        "%(n)s rows hold values of “%(where)s”, so it cannot be switched between open and personal. "
        "Add a new field for it."
    ),
    "playbook.prefix_holds": noop(
        "“%(where)s” has given out codes, which stay for ever: its code letters cannot change."
    ),
    "playbook.register_holds": noop(
        "“%(where)s” holds %(n)s items or has given out codes, so it cannot be removed. Keep it."
    ),
    "playbook.same": noop("This playbook says the same as the one in force. Nothing was changed."),
    "playbook.state_crosses": noop(
        "%(n)s items are in the state “%(where)s”, which would now count as issued or closed. A change "
        "of the playbook neither issues items nor closes them."
    ),
    "playbook.state_unmapped": noop(
        "%(n)s items are in the state “%(where)s”, which disappears. Choose what takes its place."
    ),
    "playbook.type_unfit": noop(
        "%(n)s values of “%(where)s” do not fit its new type, for instance in %(examples)s. Correct "
        "these first; nothing was changed."
    ),
    "playbook.unknown": noop("There is no playbook “%(key)s”. Known are: %(known)s."),
    "post.abolished": noop(
        "The post %(post)s was abolished, last day %(until)s. Choose another one."
    ),
    "post.before_holder": noop(
        "Whoever leaves took the post on %(since)s; the new day must be later."
    ),
    "post.duplicate": noop(
        "The post “%(given)s” of %(org)s stands in row %(row)s already. Keep one of the two."
    ),
    "post.held_already": noop("%(person)s holds the post %(post)s already."),
    "post.note_missing": noop("Write what is handed over."),
    "post.other_campaign": noop(
        "The post “%(given)s” gives rights in a campaign that you do not run. Ask the office of that "
        "campaign."
    ),
    "post.there_already": noop("%(org)s has a post “%(given)s” already."),
    "consent.not_wanted": noop("Nothing of %(item)s waits for this consent now."),
    "consent.given": noop("That role has agreed already."),
    "extension.no_due": noop("%(item)s has no deadline: there is nothing to extend."),
    "extension.no_progress": noop(
        "Write how far it is: an extension is asked for with what is done so far."
    ),
    "extension.none_asked": noop("Nobody has asked for more time for %(item)s."),
    "extension.not_between": noop(
        "The new date lies after %(first)s and not after %(last)s, the one that was asked for."
    ),
    "extension.not_later": noop("The new date must lie after the present deadline, %(due)s."),
    "extension.too_late": noop(
        "%(item)s was due on %(due)s: more time is asked for before the deadline. Report what is done, and why it could not be done in time."
    ),
    "reopen.reason_missing": noop("Say why the item is put back in hand."),
    "report.empty": noop("Write what was done, or choose “no change”."),
    "report.share_out_of_range": noop("The share done lies between 0 and 100 percent."),
    "return.accepted": noop(
        "%(item)s was accepted already. Changes are made on the page of the item."
    ),
    "return.due_outside": noop(
        "%(given)s lies outside the campaign, which runs from %(start)s to %(end)s."
    ),
    "return.empty": noop("Nothing is filled in for %(item)s yet."),
    "return.line_late": noop("A step must not be due after the item itself (%(latest)s)."),
    "return.line_without_title": noop("Say what this step is, or empty its other fields."),
    "return.moved": noop(
        "%(item)s changed since you looked. Load the page again and look at what it says now."
    ),
    "return.no_longer_fits": noop(
        "What %(item)s says no longer fits: an org or the period has changed. Open it and correct it."
    ),
    "return.not_in": noop("%(item)s is not in, or was reviewed already. Load the page again."),
    "return.note_missing": noop("Say what is to be corrected."),
    "return.one_org": noop("Name one org here, not several: %(given)s."),
    "return.too_deep": noop("%(item)s lies too deep to be decomposed further."),
    "return.too_many_lines": noop("At most %(limit)s steps fit here; add the others later."),
    "return.unknown_org": noop(
        "“%(given)s” is no org here. Choose one of the list, or ask the office to add it."
    ),
    "return.value_missing": noop("A target of this kind needs a number."),
    "reveal.nothing": noop("%(item)s holds no personal fields that you may read."),
    "reveal.reason_missing": noop("Say why you need the personal fields."),
    "roster.empty": noop("No item fits the filter, so there is nothing to freeze."),
    "roster.name_missing": noop("Give the roster a name."),
    "roster.reason_missing": noop("Say why this version of the roster is made."),
    "revisit.done": noop("This second look at %(item)s was written down already."),
    "revisit.moved": noop(
        "What was closed has changed since you looked: the sample would be another one. Look at it again."
    ),
    "revisit.no_note": noop("Write what was found, and how: on site, on paper, by talks."),
    "revisit.none_drawn": noop("Nothing was closed in this time that is not looked at already."),
    "revisit.own": noop(
        "Whoever asked for the close-out of %(item)s does not look at it again. Somebody else does."
    ),
    "revisit.too_many": noop("At most %(limit)s second looks are set at once."),
    "round.closed": noop("The round “%(round)s” is closed. Ask the office to open another one."),
    "round.due_past": noop("The day %(due)s has passed (today is %(today)s). Choose a later one."),
    "round.name_missing": noop("Give the round a name."),
    "round.nobody_late": noop("Nobody is missing; nobody was reminded."),
    "round.nobody_to_ask": noop(
        "Nobody was asked: %(n)s items name no org that answers, the others were sent out already. "
        "Name lead orgs first."
    ),
    "row.moved": noop(
        "Somebody else changed this in the meantime. Your text is kept below; look at the newer "
        "version and decide."
    ),
    "sheet.encrypted": noop(
        "The workbook is protected by a password. Take the password off, save it and choose it again."
    ),
    "sheet.head_missing": noop(
        "These columns are missing: %(heads)s. Compare the heads with the template."
    ),
    "sheet.macros": noop(
        "The workbook holds macros and is not opened. Save it as xlsx (without macros) and choose it again."
    ),
    "sheet.no_workbook": noop("This is no xlsx workbook. Save it as xlsx and choose it again."),
    "sheet.none_known": noop(
        "No sheet has the heads of orgs, groups, posts or people. Compare it with the template."
    ),
    "sheet.nothing_in_it": noop("The workbook has no cell that holds anything."),
    "sheet.old_workbook": noop(
        "This is an old .xls file. Open it in Excel or WPS, save it as xlsx and choose it again."
    ),
    "sheet.too_large_to_mark": noop(
        "The workbook is too large to be given back with its cells coloured. Correct it by the list of errors."
    ),
    "sheet.too_many_rows": noop(
        "The sheet “%(sheet)s” has %(n)s rows; the limit is %(limit)s. Split it into parts."
    ),
    "sheet.too_wide": noop(
        "The sheet “%(sheet)s” holds a value in column %(n)s; the limit is %(limit)s. Delete the columns "
        "beside the table."
    ),
    "target.not_above_base": noop(
        "An own target must be better than the base line, or earlier: %(base)s."
    ),
    "target.nothing_raised": noop("No own target is in force."),
    "target.other_campaign": noop("The target belongs to another campaign."),
    "target.reason_missing": noop("Say why the target is changed."),
    "target.since_before_last": noop("The new version must not start before %(since)s."),
    "target.works_already": noop(
        "%(item)s works for this target already. Part the two first, then attach it here."
    ),
    "taskforce.before_start": noop("It began on %(since)s; the last day cannot be before that."),
    "taskforce.dates_reversed": noop(
        "The task force would end (%(end)s) before it begins (%(start)s)."
    ),
    "taskforce.member_already": noop("%(person)s is a member already."),
    "taskforce.nobody_named": noop("Name who is seconded."),
    "taskforce.open_items": noop(
        "%(name)s still has %(n)s open items. Name the org that they go to."
    ),
    "taskforce.over": noop("%(name)s has ended (last day %(until)s)."),
    "token.expired": noop("This token has ended (last day %(day)s). Make another one."),
    "token.life": noop("A token lives from %(first)s to %(last)s at most; %(given)s lies outside."),
    "token.locked": noop(
        "Too many wrong tokens came from this address. Wait a quarter of an hour, then try again."
    ),
    "token.name_missing": noop("Give the token a name that says what it is for."),
    "token.revoked": noop("This token was revoked. Make another one."),
    "token.revoked_already": noop("The token “%(name)s” was revoked already."),
    "token.scope_missing": noop("This token is not made for that; it needs the scope %(scope)s."),
    "token.scope_unknown": noop("There is no scope “%(given)s”. Choose among: %(allowed)s."),
    "token.scopes_missing": noop("Tick at least one thing that the token may do."),
    "token.unknown": noop("Nobody has this token. Check it, or make another one."),
    "undo.in_use": noop(
        "This cannot be undone: other rows rest on what it made. Undo those first."
    ),
    "undo.moved": noop("This cannot be undone: a row of it has changed since."),
    "undo.nothing": noop("There is nothing to undo."),
    "undo.taken": noop(
        "This cannot be undone: something that was made since has the name of what would come back."
    ),
    "view.name_missing": noop("Give the view a name."),
    "view.name_taken": noop("You have a view called “%(name)s” here already. Choose another name."),
    "view.name_too_long": noop("The name has %(n)s characters; the limit is %(limit)s."),
    "view.too_large": noop("A view keeps no more than %(limit)s conditions. Take some away."),
    "view.too_many": noop("You keep %(limit)s views of this register already. Remove some first."),
    "workflow.consent": noop(
        "Before this step these must agree: %(roles)s. They do it on the page of the item."
    ),
    "workflow.needs": noop("Still needed for this step: %(needs)s."),
    "workflow.no_such_step": noop("The register of this item knows no such step."),
    "workflow.not_for_this": noop(
        "This step is not for an item like this one: it depends on %(when)s. Fill it in, or take the step that fits."
    ),
    "workflow.not_from": noop("This step is not possible in the present state."),
    "workflow.own_action": noop("This step has a form of its own."),
    "workflow.requester_never_grants": noop(
        "Who reported an item does not close it out. Ask a colleague of the office."
    ),
    "workflow.role": noop("Your role does not take this step."),
}


def sentence(error: KernelError) -> str:
    """Give the sentence of an error in the reader's language."""
    pattern = SENTENCES.get(error.code)
    if pattern is None:
        return _("This could not be done (%(code)s).") % {"code": error.code}
    facts = {k: _plain(v) for k, v in error.facts.items()}
    if lines := problem_lines(error):
        facts["problems"] = "; ".join(lines)
    return _(pattern) % _Facts(facts)


def problem_lines(error: KernelError) -> list[str]:
    """Give everything that is wrong with a playbook, a line each with its place."""
    faults = error.facts.get("faults", ())
    return [line(f, _) for f in faults if isinstance(f, Problem)] if _is_rows(faults) else []


def _is_rows(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, (list, tuple))


# Names of what a step needs besides fields.
NEEDS = {
    "evidence": noop("a file, a link or the number of a document"),
    "file": noop("a file"),
    "progress/no_change": noop("progress, or “no change”"),
    "reason": noop("a reason"),
}


def _plain(value: object) -> str:
    if isinstance(value, str) and value in NEEDS:
        return _(NEEDS[value])
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(_plain(v) for v in value)
    if isinstance(value, Label):
        return value.of(get_language() or "zh")
    return str(value)


class _Facts(dict[str, Any]):
    """A sentence whose fact is missing still comes out."""

    def __missing__(self, key: str) -> str:
        return "?"


class ProblemMiddleware:
    """A database that cannot be written, or is newer than the code, is told in one sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer faults of the database; everything else goes on as it was."""
        from django.db import InternalError, OperationalError  # noqa: PLC0415  # apps are loaded by now
        from django.shortcuts import render  # noqa: PLC0415

        if not isinstance(error, (OperationalError, InternalError)):
            return None
        return render(request, "unavailable.html", {"why": database_sentence(error)}, status=503)


def database_sentence(error: Exception) -> str:
    """Say what is wrong with the database and what to do."""
    text = str(error).lower()
    if "readonly" in text or "read-only" in text:
        return _(
            "The database is read-only: nothing was saved. Ask the administrator to check the "
            "rights of the data folder, then send the page again."
        )
    if "full" in text or "no space" in text:
        return _("The disk is full: nothing was saved. Ask the administrator to make room.")
    if "locked" in text:
        return _("The database is busy: nothing was saved. Wait a moment and send the page again.")
    if "no such table" in text or "no such column" in text or "does not exist" in text:
        return _("The database and the program do not fit together. Run “gongjian doctor”.")
    return _("The database does not answer: nothing was saved. Run “gongjian doctor”.")
