use dms_access::TenantScope;
use dms_domain::{
    file::{FileName, Sha256Hash, StoredFile},
    refusal::Refusal,
    statuses::{FileCategory, FileStatus, FileType, RelatedEntity},
};
use dms_http::{
    ApiResult,
    extract::{Cmd, Permit},
};
use uuid::Uuid;

/// What a new file is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) service_center_id: Option<Uuid>,
    pub(crate) category: FileCategory,
    pub(crate) related_entity_type: RelatedEntity,
    pub(crate) related_entity_id: Uuid,
}

/// What a new file is.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) filename: FileName,
    pub(crate) size_bytes: u64,
    pub(crate) content_type: FileType,
    pub(crate) sha256: Sha256Hash,
}

impl Purpose {
    /// The centre of the new file. Who attaches it must be able to see what it is attached to.
    pub(crate) fn place<G>(&self, permit: &Permit<G>) -> ApiResult<(TenantScope, Uuid)> {
        let of = self.related_entity_type;
        if !permit.may(of.permission()) {
            let permission = of.permission().as_str();
            let message =
                format!("To attach a file to a {} your role needs the permission {permission}", of.what());
            return Err(Refusal::Forbidden { message }.into());
        }
        Ok(permit.scope_for_new(self.service_center_id)?)
    }

    /// The new file.
    pub(crate) fn file<G>(
        &self,
        (scope, centre): (TenantScope, Uuid),
        description: Description,
        status: FileStatus,
        (permit, cmd): (&Permit<G>, &Cmd),
    ) -> StoredFile {
        let now = cmd.context.timestamp();
        StoredFile {
            id: cmd.context.new_id_in(scope),
            service_center_id: centre,
            status,
            category: self.category,
            related_entity_type: self.related_entity_type,
            related_entity_id: self.related_entity_id,
            filename: description.filename,
            size_bytes: description.size_bytes,
            content_type: description.content_type,
            sha256: description.sha256,
            rejection_reason: None,
            uploaded_by_id: permit.user_id(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}
